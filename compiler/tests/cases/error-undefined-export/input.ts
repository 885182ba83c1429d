export { handler };
