const ready: boolean = false;
throw new Error(`not set up: ${ready}`);
