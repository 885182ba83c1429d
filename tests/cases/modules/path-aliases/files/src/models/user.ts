import { Role } from './role'; export class User { constructor(public readonly name: string, public role: Role) {} }
