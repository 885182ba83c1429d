import { greet, type Greeting } from '@/lib/greet';
import { Role, User } from '@models';
import * as format from '~lib/format';
import onlyInModels from '~lib/extra';
import { util } from '#util';
import { util as byBase } from 'src/lib/util';

export function handler(): Response {
  const greeting: Greeting = greet(new User('é', Role.Admin));
  return Response.json({ ...greeting, upper: format.upper('x'), onlyInModels, util, same: util === byBase });
}
