export async function handler(req) {
	const name = new URL(req.url).searchParams.get("name") ?? "world";
	return new Response(`hello, ${name}`);
}
