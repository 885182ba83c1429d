let rounds = 0;
while (rounds >= 0) {
  rounds = (rounds + 1) % 1000;
}

export default (): Response => new Response('never deployed');
