export class Counter {
	static #instances = 0;
	#count = 0n;
	static {
		Counter.#instances ??= 1;
	}
	get count() {
		return this.#count ** 2n;
	}
	static is(value) {
		return #count in value;
	}
}
const { a, ...rest } = {
	a: 1,
	b: 2
};
label: for await (const x of (async function* () {
	yield* [1e3, 255];
})()) {
	if (x?.y?.[0]?.() ?? x) continue label;
}
{
	using file = open();
	await using socket = connect();
}
try {
	throw new Error("x", { cause: rest });
} catch {
	import.meta.url;
}
export const lazy = (name) => import(name);
let text = String.raw`\u{1F600} ${a}`, long = "quote \"inside\"";
a ||= b &&= c;
if (a) b, c;
else d;
