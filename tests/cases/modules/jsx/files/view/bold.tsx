export const Bold = ({ children }: { children: unknown }) => <b>{children}</b>;
