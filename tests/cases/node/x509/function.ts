import { X509Certificate, createPrivateKey } from 'node:crypto';

// Made for this case.
const LEAF = `-----BEGIN CERTIFICATE-----
MIIDATCCAemgAwIBAgIEEjSrzTANBgkqhkiG9w0BAQsFADA0MQswCQYDVQQGEwJB
VDETMBEGA1UECgwKQWNtZSwgSW5jLjEQMA4GA1UEAwwHVGVzdCBDQTAgFw0yNjEx
MjYxNTMyMjVaGA8yMTI2MTEwMjE1MzIyNVowNzELMAkGA1UEBhMCQVQxDTALBgNV
BAoMBEFjbWUxGTAXBgNVBAMMEGxlYWYuZXhhbXBsZS5jb20wWTATBgcqhkjOPQIB
BggqhkjOPQMBBwNCAASkBNXTqDsIm4fYMuvOVBMwNf+bGUzPHFraiIWEFWA+znSA
nffGAdYARCOauXi3aC1MPLuihTxjbrhTNuEr1kRjo4HgMIHdMDsGA1UdEQQ0MDKC
C2V4YW1wbGUuY29tgg0qLmV4YW1wbGUub3JnhwQKAAABgQ5tZUBleGFtcGxlLmNv
bTAdBgNVHSUEFjAUBggrBgEFBQcDAQYIKwYBBQUHAwIwNAYIKwYBBQUHAQEEKDAm
MCQGCCsGAQUFBzABhhhodHRwOi8vb2NzcC5leGFtcGxlLmNvbS8wCQYDVR0TBAIw
ADAdBgNVHQ4EFgQUpeE2WYORSTfrzN+sRkSE5tTJJO4wHwYDVR0jBBgwFoAU5UWo
BfEuZRTCIeFbbbh7pg5ZDb4wDQYJKoZIhvcNAQELBQADggEBAAXiKW4JJ+hvA9vX
2M8oNqUtXB3uQntVrMOfMFT9MWftiEgrHtsT74tdjUZGKN87pXxjut6Eb4nHmXu0
wEnU0ilLQ37Rz3spMdFFfRT4MKPYfi8odMRGRrAJk6A0ba6JGrZGZ/dMj/CXYB39
hyMm82o6WCNQjLB/RER4dXQaJuEuYw4zIufR+ud5cHnZOcFIL7XBWOl/Kmk136ST
heZ026Qc5gmft8NEHQMox3RYwy9G4t+okEdMZS0JDjTz50CyFmaJWkqMYViiIAhN
CLHlqI/l1xzQrEBOOHuqAz9JVj+FqQ1dq5yYPJBzkQnvA2Ky99E+4VgHAb70yV5Z
6qROHmg=
-----END CERTIFICATE-----
`;

const AUTHORITY = `-----BEGIN CERTIFICATE-----
MIIDWzCCAkOgAwIBAgIUKkfcQEfOBWJEjm9gsWH6sEIZwmYwDQYJKoZIhvcNAQEL
BQAwNDELMAkGA1UEBhMCQVQxEzARBgNVBAoMCkFjbWUsIEluYy4xEDAOBgNVBAMM
B1Rlc3QgQ0EwIBcNMjYxMTI2MTUzMjI0WhgPMjEyNjExMDIxNTMyMjRaMDQxCzAJ
BgNVBAYTAkFUMRMwEQYDVQQKDApBY21lLCBJbmMuMRAwDgYDVQQDDAdUZXN0IENB
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAx2rnjcwti+7FvZALivgV
G6K5g77DgWRQLMvF9Dsmfv42sOca0snZFW7sN8f24T9zNwnDPeTQhKA7SRKk3mIA
dSURTS54CHLq62dBdR4Oqcw4jdo1TPWWV7YF2rKzRhKI4/VV9NiWJesc+WGTN5Iq
CEoA2zZJ6HuVcGg0T9mABlhfG0byslCRVIQ73CLoz2lTn+Y23gOZQ/Xy5S5XBnwq
MOoz01QjYThHbudG6yD7qkiFXNBTC4o2xwxrJrq//iBeob+zV9/Z45kq4n1ZDurr
xoRWnOLCd7DqfY7l1uLJqnx7XP/TRH6fQvNqRu1ltR47MJ1/otgFDUpG593N9E9M
AwIDAQABo2MwYTAdBgNVHQ4EFgQU5UWoBfEuZRTCIeFbbbh7pg5ZDb4wHwYDVR0j
BBgwFoAU5UWoBfEuZRTCIeFbbbh7pg5ZDb4wDwYDVR0TAQH/BAUwAwEB/zAOBgNV
HQ8BAf8EBAMCAgQwDQYJKoZIhvcNAQELBQADggEBAKGLSLNyXwkctMYXXcUe7KiA
zkCJi4C2wYiM6+bfbma2ZYRnNTfEPJzz94tQxoZURCquQKs1j6ZOvQCv+cYb2+IW
5F2/Dsop+HWkABnFsXS6OcpZLVdtAra42wbwDNr5YnbgyMP20uxMNntMZ3qkxwIj
q76P98FHQV3263Iq5nAtEWFd9tFAnuhBmIQubWQP89Kd12E3ksyUfGWoYGrWj856
k7eCdZAGuuskJmV0Ht6TGnLe++rQOlmH9Sk8dhi8H/ifal+2bM+HVgaUKs6VLnrm
qhHq0wpX5l0kGbFk1SzBK/FWtCYVQwSyFTblZE/8fyWoH41r6dSqgA0jxH1gYUk=
-----END CERTIFICATE-----
`;

const KEY = `-----BEGIN EC PRIVATE KEY-----
MHcCAQEEIIDu+5kb831uKGsx7G55xRxFrVudEHIOJXxSAfWtsjyQoAoGCCqGSM49
AwEHoUQDQgAEpATV06g7CJuH2DLrzlQTMDX/mxlMzxxa2oiFhBVgPs50gJ33xgHW
AEQjmrl4t2gtTDy7ooU8Y264UzbhK9ZEYw==
-----END EC PRIVATE KEY-----
`;

export default () => {
  const leaf = new X509Certificate(LEAF);
  const authority = new X509Certificate(Buffer.from(AUTHORITY));
  const again = new X509Certificate(leaf.raw);
  const hosts = ['example.com', 'a.example.org', 'a.b.example.org', 'leaf.example.com'];
  let code: unknown;
  try {
    new X509Certificate('nothing');
  } catch (error) {
    code = (error as { code?: unknown }).code;
  }
  return Response.json({
    subject: leaf.subject,
    issuer: leaf.issuer,
    subjectAltName: leaf.subjectAltName,
    infoAccess: leaf.infoAccess,
    keyUsage: leaf.keyUsage,
    serialNumber: leaf.serialNumber,
    validFrom: leaf.validFrom,
    validTo: leaf.validToDate.toISOString(),
    fingerprint256: leaf.fingerprint256,
    same: again.toString() === LEAF && again.fingerprint === leaf.fingerprint,
    ca: [leaf.ca, authority.ca],
    issued: [leaf.checkIssued(authority), authority.checkIssued(leaf)],
    verifies: [leaf.verify(authority.publicKey), leaf.verify(leaf.publicKey), authority.verify(authority.publicKey)],
    key: leaf.publicKey.asymmetricKeyDetails,
    goesWith: leaf.checkPrivateKey(createPrivateKey(KEY)),
    hosts: hosts.map((host) => leaf.checkHost(host) ?? null),
    email: leaf.checkEmail('me@EXAMPLE.com'),
    addresses: [leaf.checkIP('10.0.0.1') ?? null, leaf.checkIP('::1') ?? null],
    legacy: authority.toLegacyObject().subject,
    code,
  });
};
