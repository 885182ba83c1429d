export const handler = async () => [await import.defer("x"), await import.source("y")];
