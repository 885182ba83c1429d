export enum Role { Admin = 'ADMIN', User = 'USER' } export const enum Num { A = 1 << 2, B }
