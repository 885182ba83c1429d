import { place } from "./places/index.js";

enum Word {
  Hello = "Hello",
}

export const greet = (name: string): string => `${Word.Hello} ${name}, from ${place}`;
