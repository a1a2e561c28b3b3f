// An application as Tencent's documentation shows it. Only two things are ours: the address in the place of the SDKAppID, and
// a function that gets tokens in the place of the userSig.
import { TUIChatKit, TUIComponents, TUIKit } from '@tencentcloud/chat-uikit-vue';
import chatConfig from '@tencentcloud/chat-uikit-vue/components/TUIChat/config';
import { StoreName, TUIChatService, TUIConversationService, TUIStore } from '@tencentcloud/chat-uikit-engine-lite';
import { TUILogin } from '@tencentcloud/tui-core-lite';
import { createApp, reactive } from 'vue';

// What a backend of Recall has nothing for.
const ABSENT = [
  'DeleteMessage', 'ForwardMessage', 'TranslateMessage', 'VoiceToText', 'MultiSelection', 'EmojiReaction', 'InputStickers', 'InputVoice',
  'InputVideo', 'InputEvaluation', 'InputQuickReplies', 'MessageSearch', 'ReadStatus',
];

const parameters = new URLSearchParams(location.search);
const userID = parameters.get('user');
const session = async () => (await fetch(`../session.json?user=${encodeURIComponent(userID!)}`)).json();

/** Does what the kit's hideTUIChatFeatures does, after the kit has shown everything again, as this version does in each chat that is opened. */
function hideWhatIsAbsent(): void {
  const features = reactive(chatConfig.getFeatureConfig());
  for (const name of ABSENT) features[name] = false;
}

async function start(): Promise<void> {
  const { url } = await session();
  await TUILogin.login({ SDKAppID: url, userID, userSig: async () => (await session()).token, framework: 'vue3', useUploadPlugin: false });
  // The kit takes its language from the number of the application: 0 is English, this one Chinese.
  const app = createApp(TUIKit, { SDKAppID: parameters.get('lang') === 'zh' ? 1400000000 : 0 });
  TUIChatKit.components(TUIComponents, app);
  app.mount('#app');
  TUIStore.watch(StoreName.CUSTOM, { activeConversation: () => setTimeout(hideWhatIsAbsent) });
  const conversationID = parameters.get('conversation');
  if (conversationID) await TUIConversationService.switchConversation(conversationID);
  document.documentElement.dataset.ready = 'true';
}

/** Without a user, two people side by side. */
function showBothSides(): void {
  const sides = [['alice', 'bob'], ['bob', 'alice']].map(([user, peer]) => `<iframe title="${user}" src="?user=${user}&conversation=C2C${peer}"></iframe>`);
  document.getElementById('app')!.innerHTML = `<div class="sides">${sides.join('')}</div>`;
}

// For the browser's console, and for what the kit has no button for.
Object.assign(window, { TUIChatService, TUIConversationService, TUILogin, TUIStore });

if (userID) void start();
else showBothSides();
