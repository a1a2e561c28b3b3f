// Makes the README's pictures, docs/recall.png and docs/recall.gif, from the page of a running local stack:
//   node demo/pictures.mjs http://127.0.0.1:3000/        (in a conversation of alice and bob without messages; needs ImageMagick)
import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const [demo = 'http://127.0.0.1:3000/'] = process.argv.slice(2);
const docs = fileURLToPath(new URL('../docs/', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'recall-pictures-'));
const frames = [];

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
const page = await browser.newPage({ viewport: { width: 1000, height: 800 }, locale: 'en', colorScheme: 'light' });
await page.goto(demo);
const phone = (user) => page.locator(`.phone[data-user="${user}"][data-ready="true"]`);
await Promise.all([phone('alice').waitFor(), phone('bob').waitFor()]);

/** Keeps the page as it is for so many hundredths of a second. */
async function frame(hundredths) {
  const file = join(folder, `${String(frames.length).padStart(3, '0')}.png`);
  await page.screenshot({ path: file, clip: { x: 70, y: 66, width: 860, height: 670 } });
  frames.push('-delay', String(hundredths), file);
}
async function say(user, text, stops) {
  const field = phone(user).locator('textarea');
  for (let typed = stops; typed < text.length; typed += stops) {
    await field.fill(text.slice(0, typed));
    await frame(9);
  }
  await field.fill(text);
  await frame(25);
  await field.press('Enter');
  for (const each of ['alice', 'bob']) await phone(each).locator('.text', { hasText: text }).waitFor();
  await phone(user).locator('.status[title=Sent]').last().waitFor();
}

await say('alice', 'Dinner at 8?', 99);
await say('bob', 'Yes! The usual place', 99);
frames.length = 0;
await frame(60);
await say('alice', 'The password is hunter2', 4);
await page.waitForTimeout(400);
await frame(140);
await phone('alice').locator('.bubble').last().hover();
await phone('alice').locator('.bubble').last().click({ button: 'right', position: { x: 60, y: 10 } });
await page.waitForTimeout(300);
await frame(110);
await phone('alice').getByRole('menuitem', { name: /^Recall/ }).hover();
await frame(50);
await phone('alice').getByRole('menuitem', { name: /^Recall/ }).click();
await phone('bob').locator('.tombstone').waitFor();
for (let step = 0; step < 5; step++) await frame(7);
await page.mouse.move(5, 5);
await page.waitForTimeout(600);
await frame(280);
const whole = join(folder, 'whole.png');
await page.screenshot({ path: whole });
await browser.close();

execFileSync('convert', [whole, '-strip', '-define', 'png:compression-level=9', '-colors', '255', join(docs, 'recall.png')]);
execFileSync('convert', ['-loop', '0', ...frames, '-resize', '720x', '-layers', 'Optimize', '-colors', '128', join(docs, 'recall.gif')]);
