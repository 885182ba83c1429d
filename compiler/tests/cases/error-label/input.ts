for (;;) { break outer; }
break;
