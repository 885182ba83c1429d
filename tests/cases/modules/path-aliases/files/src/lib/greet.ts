import type { User } from '@models';
export type Greeting = { text: string };
export const greet = (u: User): Greeting => ({ text: `hello ${u.name} (${u.role})` });
