import words from "@fixture/words";
export { version } from "@fixture/greeter/version";
export const greet = (name) => words.hello.toUpperCase() + ` ${name}!`;
