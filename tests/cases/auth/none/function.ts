interface Context {
  user: { id: string } | null;
  caller: { type: string; keyId: string | null; scope: string | null; userId: string | null };
}

export const handler = (_request: Request, { user, caller }: Context): Response => Response.json({ user, caller });
