class A { accessor ["x" + 1] = 2; }
