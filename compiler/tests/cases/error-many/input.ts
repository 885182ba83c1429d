const [a0, a1] = 1, [b0] = 2;
let a0, a1, b0;
let c; let c; let c; let c; let c; let c; let c; let c; let c; let c; let c; let c;
let d; let d; let d; let d; let d; let d; let d; let d; let d; let d; let d; let d;
