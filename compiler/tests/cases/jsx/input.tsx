/** @jsx h */
const h = (tag: string, props: object | null, ...children: unknown[]) => ({ tag, props, children });
export const page = <p class="a">{`it's`} <b>bold</b> isn't</p>;
