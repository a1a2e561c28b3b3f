import { ERROR_CODE, type Message, RecallError } from 'recall-web';
import { describe, expect, test } from 'vitest';
import { textsOf } from '../src/texts.js';
import { countdown, duration, failure, tombstoneText, unreadCount } from '../src/words.js';

const english = textsOf('en');
const chinese = textsOf('zh');
const SENT_AT = 1_700_000_000_000;
const message = (more: Partial<Message> = {}): Message => ({
  ID: '01HF7YAT00000000000000B0B1', conversationID: 'group_eng', from: 'bob', flow: 'in', sentAt: SENT_AT, recallableUntil: SENT_AT + 120_000,
  payload: undefined, replyTo: undefined, status: 'success', isRevoked: true, revokerInfo: { userID: 'bob', role: 'sender' }, revokeReason: '', revokedAt: 1, ...more,
});
const recalledBy = (userID: string, role: 'sender' | 'moderator' | 'admin') => message({ revokerInfo: { userID, role } });

test.each([[120_000, '2:00'], [119_001, '2:00'], [61_000, '1:01'], [1, '0:01'], [0, '0:00'], [3_600_000, '1:00:00'], [90_061_000, '25:01:01']])('%i ms left are shown as %s', (left, shown) => {
  expect(countdown(left)).toBe(shown);
});

test.each([[0, '0'], [99, '99'], [100, '99+'], [250, '99+']])('%i unread messages are shown as %s', (number, shown) => {
  expect(unreadCount(number)).toBe(shown);
  expect(english.unread(unreadCount(number))).toBe(`${shown} unread`);
});

test.each([[120_000, '2 minutes'], [60_000, '1 minute'], [90_000, '90 seconds'], [1_000, '1 second'], [7_200_000, '2 hours'], [604_800_000, '7 days']])('a window of %i ms is called %s', (window, words) => {
  expect(duration(english, window)).toBe(words);
});

describe('in place of a recalled message stands', () => {
  test.each([
    ['its sender', 'bob', recalledBy('bob', 'sender'), 'You recalled a message'],
    ['another', 'alice', recalledBy('bob', 'sender'), 'Bob recalled a message'],
    ['the moderator', 'alice', recalledBy('alice', 'moderator'), 'You recalled a message of Bob'],
    ['another, of a moderator', 'carol', recalledBy('alice', 'moderator'), 'Alice recalled a message of Bob'],
    ['anybody, of an administrator', 'carol', recalledBy('trust-and-safety', 'admin'), 'A message of Bob was removed by an administrator'],
  ])('for %s', (_for, viewer, recalled, words) => {
    expect(tombstoneText(english, recalled, viewer)).toBe(words);
  });
});

describe('why it failed, in words', () => {
  const error = (code: number) => new RecallError(code, 'name', 'for developers');
  test.each([ERROR_CODE.RECALL_WINDOW_EXPIRED, ERROR_CODE.GROUP_RECALL_WINDOW_EXPIRED, ERROR_CODE.CLIENT_WINDOW_OVER])('a window that is over (%i) names the window', (code) => {
    expect(failure(english, error(code), message())).toBe('It was sent more than 2 minutes ago and can no longer be recalled.');
    expect(failure(chinese, error(code), message())).toBe('消息已发送超过 2 分钟，不能撤回。');
  });
  test('somebody was faster', () => {
    expect(failure(english, error(ERROR_CODE.ALREADY_RECALLED), recalledBy('alice', 'moderator'))).toBe('Alice has already recalled it.');
  });
  test.each(Object.values(ERROR_CODE))('code %i never shows the words for developers', (code) => {
    for (const texts of [english, chinese]) {
      expect(failure(texts, error(code), message())).not.toContain('for developers');
      expect(failure(texts, error(code), message()).length).toBeGreaterThan(4);
    }
  });
});

test('nothing is left in English in the Chinese texts', () => {
  const same = Object.entries(english).filter(([name, text]) => typeof text === 'string' && text === (chinese as Record<string, unknown>)[name]);
  expect(same).toEqual([]);
});
