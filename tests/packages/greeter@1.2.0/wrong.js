throw new Error("another build was asked for");
