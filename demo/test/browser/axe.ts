import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { PhonePage } from './phones.js';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds wrong with the page as it is now, in words. */
export async function violations(phone: PhonePage): Promise<string[]> {
  await phone.page.evaluate(axe);
  return phone.page.evaluate(async () => {
    await Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => {})));
    const found = await (window as unknown as { axe: typeof import('axe-core') }).axe.run();
    return found.violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} (${node.failureSummary})`));
  });
}
