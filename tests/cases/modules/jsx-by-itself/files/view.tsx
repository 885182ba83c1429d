/** @jsxImportSource own */
export const View = () => <b>{1}{2}</b>;
