import { Octokit } from "npm:@octokit/rest@22.0.1";

export default async () => {
  const octokit = new Octokit({ auth: "t-1", baseUrl: process.env.UPSTREAM, userAgent: "bar/1", log: { debug() {}, info() {}, warn() {}, error() {} } });
  const issues = await octokit.paginate(octokit.rest.issues.listForRepo, { owner: "o", repo: "r", state: "open", per_page: 1 });
  const made = await octokit.rest.issues.create({ owner: "o", repo: "r", title: "T", labels: ["bug"] });
  const missing = await octokit.request("GET /repos/{owner}/{repo}", { owner: "o", repo: "none" }).catch((error) => [error.name, error.status]);
  return Response.json({ issues: issues.map((issue) => issue.number), made: made.data, missing });
};
