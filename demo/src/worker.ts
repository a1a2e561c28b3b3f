/// <reference lib="webworker" />
// The service worker of the page: the notification of a message appears, and disappears when the message is recalled.
import { handlePush } from '../../clients/web/src/recall-push.js';
import { textsOf } from './texts.js';
import { nameOf } from './words.js';

const texts = textsOf(navigator.language.startsWith('zh') ? 'zh' : 'en');
handlePush({ show: ({ sender, text }) => ({ title: nameOf(sender), body: text ?? texts.newMessage }) });
