import { createPublicClient, encodeFunctionData, http, keccak256, parseAbi, parseEther, toHex, verifyMessage } from "npm:viem@2.57.20";
import { privateKeyToAccount } from "npm:viem@2.57.20/accounts";
import { mainnet } from "npm:viem@2.57.20/chains";

export default async () => {
  const account = privateKeyToAccount(`0x${"01".repeat(32)}`);
  const signature = await account.signMessage({ message: "hello" });
  const client = createPublicClient({ chain: mainnet, transport: http(process.env.UPSTREAM, { retryCount: 0 }) });
  const abi = parseAbi(["function transfer(address to, uint256 amount) returns (bool)"]);
  return Response.json({
    address: account.address,
    hash: keccak256(toHex("hello")),
    verified: await verifyMessage({ address: account.address, message: "hello", signature }),
    forged: await verifyMessage({ address: account.address, message: "other", signature }),
    data: encodeFunctionData({ abi, functionName: "transfer", args: [account.address, parseEther("1.5")] }),
    block: String(await client.getBlockNumber()),
  });
};
