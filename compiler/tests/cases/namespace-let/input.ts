namespace A { export let x = 1; }
