export const handler = () => {
  return <p>hello</p>;
};
