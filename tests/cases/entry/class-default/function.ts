let made = 0;

export default class Worker {
  #number = ++made;
  constructor(private context: { waitUntil: unknown }, private env: Record<string, string>) {}

  async fetch(request: Request): Promise<Response> {
    return Response.json({ method: request.method, number: this.#number, context: typeof this.context.waitUntil, app: this.env.BUTTERBASE_APP_ID });
  }
}
