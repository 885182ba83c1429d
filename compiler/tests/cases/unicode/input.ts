const größe: number = 1, 名前 = "é💥", \u0061b = /💥/u;
console.log(größe, 名前, `${ab} 💥`);
