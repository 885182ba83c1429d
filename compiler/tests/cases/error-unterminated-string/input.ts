const a = "it
const b = 1;
