export const Helper = 1;
export interface Shape { n: number }
