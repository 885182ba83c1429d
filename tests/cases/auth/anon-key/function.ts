export const handler = (_request: Request, { app, user, caller }): Response => Response.json({ key: app.anonKey, user, caller });
