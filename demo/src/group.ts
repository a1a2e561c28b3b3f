/** The group that the page makes, with its members; the first is the owner, who moderates. */
export const GROUP = 'weekend';
export const PEOPLE = ['alice', 'bob', 'carol'];

async function admin(request: object): Promise<void> {
  const response = await fetch('/admin', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(request) });
  if (!response.ok) throw new Error(`admin: ${response.status}`);
}

/** Makes the group where the local stack has an admin function. Doing it again changes nothing. */
export async function makeGroup(): Promise<void> {
  try {
    await admin({ action: 'putGroup', group: GROUP, name: 'Weekend trip' });
    await Promise.all(PEOPLE.map((user, index) => admin({ action: 'putMember', group: GROUP, user, role: index === 0 ? 'owner' : 'member' })));
  } catch {
    // Without it the page has no group, and everything else works.
  }
}
