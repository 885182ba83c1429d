const a = 1;
function f() { let b; let b; }
let a = 2;
