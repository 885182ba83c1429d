/** @jsx h */
const h = (tag, props, ...children) => ({
	tag,
	props,
	children
});
export const page = /* @__PURE__ */ h("p", { class: "a" }, `it's`, " ", /* @__PURE__ */ h("b", null, "bold"), " isn't");
