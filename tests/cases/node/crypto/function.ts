// Known answers, made with Node 20.
import * as crypto from 'node:crypto';
import { Buffer } from 'node:buffer';

const HASHES: Record<string, string> = {
  "md5": "900150983cd24fb0d6963f7d28e17f72",
  "SHA256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  "sha512-256": "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23",
  "sha3-256": "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532",
  "ripemd160": "8eb208f7e05d987a9b044a8e98c6b087f15a0bfc",
  "RSA-SHA256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
};
const HMACS: Record<string, string> = {
  "sha1": "T9CyFSdu8S8rPkyOysKBFJi2Vvw=",
  "sha512": "OSaiB8jEKwxBeSy9PhoaqvX3olcE9i38k5xJh9184GAAnFuxwkRzVbMhbxC1N+mvp7ZKTlORsNYxFy0Hk54Ieg==",
  "sha3-256": "Cbbbq40ReVynyNgvHPkWggE8fLmAq7slRzvkrn97VoM="
};
// Name, key, initialization vector, ciphertext, tag.
const CIPHERS: [string, string, string | null, string, string?][] = [
  [
    "aes-128-cbc",
    "d9d37029ec627fe3c00503843355f9d1",
    "6793a5a167e1e83e24eeb0828f1e7489",
    "de68dda671a6d537898d840e20f34c48b31528241f38ec5f818d5d746ebac4f8ba63dcaf4a52b6a908f6d65f3750be0b",
    null
  ],
  [
    "aes-256-cbc",
    "af1c28d47c4fa16813b1f37724de303fada42e06ec812ade824fbf9754727308",
    "edd54037f0f0f8a1387f4f96d85f7644",
    "4ad66e72c479485e6d0cbbcaa5414a3a695e81bd830547a3d0c2f088591e0884ff49c912ad7fd51512ce125e970e91ac",
    null
  ],
  [
    "aes-192-ctr",
    "29e766113bd6053133de540f24e4274bd187b08fb53e006a",
    "2b296dc891fafacbffffffffffffffff",
    "d04e4134d34494be69844bfb58c1d95bc6ffaf4b387ddba6e99c8ea36eccac93e78b2f4642",
    null
  ],
  [
    "aes-256-ctr",
    "b13851429b4d6d44ccd1ead1c87a5c62840fde790ebcc513ebc8f4f069da330a",
    "2d1f024faf6cfd8affffffffffffffff",
    "63768b1d667b455d76bcb5db16b3da0c481beed0d35739cfaa441b1449f84f8dcfec1ec17a",
    null
  ],
  [
    "aes-128-ecb",
    "dbca316353f3fb6f4f69d0f8729d90e7",
    null,
    "73004dea154be709f5b907934b345c95a6f5e8a87d401bc5eb058358cbc84bf0e98851796faeb6f842f0a549e5173b44",
    null
  ],
  [
    "aes-256-gcm",
    "501d81d0ffbb93aa769c2f5b7099dd01ea2e0ad529a638b14678d8dc9de8d971",
    "c71b71c55c437b2c7f7ff51f",
    "0f72f58085f5f71f32c03e37a653c41c2c1155c495768d60cbdf23a6daceecb58c80ea806c",
    "c69a18338167fd5220dc871067b2f647"
  ],
  [
    "aes-128-gcm",
    "f4beb0d7ee295436205246858c0230ce",
    "b8ff018b95b35982dd3620f05e92b9eb",
    "7211c25650ad7b5e721d29bdf436865a9ee3d6c2d19086581b7691cd025807a9e9671bed7a",
    "4a4bf213da13dca86bce4eb7b8405d50"
  ],
  [
    "chacha20-poly1305",
    "d8d699470061f0e0c54e0a7044e8cce4527f974c3d855913a96ac16674a6f3c8",
    "13f1d44584f125c810c92153",
    "34d86d4bcc7aef0a125bdf2ab4eb208a5c87f0bf13633cede2a4b4b429752ad30656bf375c",
    "df9fe8154d64893d87d0bfea3c918fdc"
  ]
];
const KEYS: Record<string, any> = {
  "rsa": {
    "type": "rsa",
    "pem": "-----BEGIN PRIVATE KEY-----\nMIIEvAIBADANBgkqhkiG9w0BAQEFAASCBKYwggSiAgEAAoIBAQCTVFDk1aykEFsC\nk0yL1NRBgbrj697QHB4z0wWc/fc5CsGSlM4gVjLYuDPmJq5K5hNbJ5/6lXEDuM+d\nDXBMiyOOfTgh6KIzNbI8YBj8KLr+n+DScLgoxoKXWMqCgYrEXyqaR7aKOXdiYa8H\nrIDPQ5wJVnKq3Py+WB/vCRIaQUf2HCgHMaaC7dOT2b26K8NY6fAZ9WpabgYWDNz3\nTyOBx2ZzuFgBbwlHISMoL0pe1mzPidYoE1ND/yNujd4l1QEQgZndhA9dzVyiGkp2\nuptmAgZBHbAQBoeGjLnlGRo+yYWygpcaDsebxyeaQAn6VuX5ERx9HaAntQrga6oH\njRAmyNSTAgMBAAECggEAGbGjN/1x0d0OWjkhKOPRrqj21IgOwEGfHM+pE3OROZAA\nKVWtSyNtU7FwT6ugSuysJIIZGuUUJB+Hia7NznOXnGKHNxawrvim4HOr99IMpppw\nZZMF8wqHvOhdzPvVnSCxt91Y3utdwDkkAtUZU8xJOrGqZtUKeRG6ZAAzeYO4Dpof\nl6uhsVlzexamm7zdgwfNmklgmFcPH3RhymFotUay8xhEi5Wx3byVCw07/PaEzS49\ntqIpNHvPfZITf/oEPH/7nARQb4tCmcXkpRTN5t1s6IJiOPWBhPiSwirXB9nuENov\ntqAeUah3Gk3lXcdwv3WyuGjOWIHwy0ES6hu6vSKiOQKBgQDPf4QPJqQ8+ltO8Z5v\neX+6MREDa0Qyto7aH3gwfBDRqZcfCJJ/Is7uK5LPo68v6QPRTVxBSSpz8kWEAmpH\nRICfZ+O900RwSlfd+GE+v8WgU41+rrRk6ugmiRC9pZKbiwaFMDivCvFGXUpZgzrd\n+hpDpNGbtxA3Gfss48qB4pogewKBgQC1xFxmojj4/nCE4beNxjt2bPmGtl6NRDMv\nOv3ubTHjq1xq9PsxT+55Cmb93jTOJfFozx2c20KdyEoTPzZxkta4w//KtRCKfALU\n5FzbPXYLgguioP5ma0K/FijKMx/eaUjsGSrc9UBX/5mVjMi4eTQaHzs8Qq0nEdLN\nRrtEv1G8yQKBgHAzdcdzj6/heOpRQOjqfCTET3zXzgLWMJzGE4m0LKwS1kLTsdPJ\nkLe9HB/nVN3FVGkjOdWbqLcVtH1TiQCMjDimRsHoscM+kBDZNExoCodNZt+vvKAt\nXecoisLh+0rcfGQc1Snh8uGnpIKOsZBCo10cjLN04/HHvMhjTKe7TrhtAoGAHtVB\nS1OnUG1wzsmvJkiDG7KenUBgR5xTBmb+Xix9sv4FfksyNQo3DKc8E0JXOMTs73d6\nsXnsEfHAxwUJCjj7XXo58LvII4WnwU8/hR0m4grcSGkA3oTBXMK4hpwngsXfTdVz\nFOoxUPwVpG2uOsSsluXHWZCB6Me4N4QRDjdZ+SkCgYBXKCrIU2mxW39wUzg5lwOj\naezfRcYAJHIUi3U4p9yK8Q/pWjb2vn8mcGt941Swy9gEWe78iZe8WSqiLMwcTaSD\nwrrZlDOdyjbyMJcNl2gc0Gkaq891bOEsNsqkZuXRNIhEDRsMjJ8ooOJWJDzQxre4\nodavdnNfYbXZDPsQ/zUufw==\n-----END PRIVATE KEY-----\n",
    "pub": "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAk1RQ5NWspBBbApNMi9TU\nQYG64+ve0BweM9MFnP33OQrBkpTOIFYy2Lgz5iauSuYTWyef+pVxA7jPnQ1wTIsj\njn04IeiiMzWyPGAY/Ci6/p/g0nC4KMaCl1jKgoGKxF8qmke2ijl3YmGvB6yAz0Oc\nCVZyqtz8vlgf7wkSGkFH9hwoBzGmgu3Tk9m9uivDWOnwGfVqWm4GFgzc908jgcdm\nc7hYAW8JRyEjKC9KXtZsz4nWKBNTQ/8jbo3eJdUBEIGZ3YQPXc1cohpKdrqbZgIG\nQR2wEAaHhoy55RkaPsmFsoKXGg7Hm8cnmkAJ+lbl+REcfR2gJ7UK4GuqB40QJsjU\nkwIDAQAB\n-----END PUBLIC KEY-----\n",
    "sig": [
      [
        "sha256",
        {},
        "5d9926805936d98afcb4610cb3327b60efac74d794870295ce0cbb679982c307787549d5cc0138ae72500267cdbb462396c2720b8ac220352970187a88937e47cb202887601d885ad1a697a796cad929a9750c3f779d7cae9836f4a66befb9dc7327e49acbaf16748ad7903b65e4716771cdb0a10c016b61caf1a188dbb3c2083843d912a4e1f8fdd5bee8640ae0226f17cfc5637e5787a7e63e3f324cfe3a15b4e043242404951849706761f67d6f8bad379706a27d2e930246ea15ac23308c669005fc63b8c1c5976847ff5eb5e5a6d60d0ec4aaa7f9ed5e8156ea6e46054672b667f5dd93d395fdaa24dfa6041a736315974e6220e47fc320f3c63cb021d0"
      ],
      [
        "RSA-SHA512",
        {},
        "2579d20ca64b542d09951682f5e85c17ac1cc0d2a7069d1ff8685679825377ba730daaa0f3416f32691419de43e057aa86f956084be1a93fb121813c48bd7a013837ec525f1f51902fe6fd84ceff4c23ec4922cb2e98734c8910c93be919240c7061a40132b9046fcb24696329d77164936c80990d804f4392cf9c5c18a6fd676ade9b8e06bff14baa745faa7d2548a5663d1c70f509d2de85c6a4573675780d61f30a4a68e597405db2cb98ae2a3fa0514306786f1fda90f073a3babc4e1dc863ea7a143f7a31a0ace88e0cf9a42b3150cf3f892a40b3db54b86dfbad986d064290b3f30fd59fc47fa80aae21a78b55fa0c6310f90a3be7088454a23be5e2e8"
      ],
      [
        "sha256",
        {
          "padding": 6
        },
        "53187c30417b0b3b8d4372df08c1013f94dbe14bab1713c7c1bebf6bc5b092faa8a325001762810231853454c385257a77beba27c043879b6cad98506388e3e53ee8eb46e538252e7513fe6bdebc8c817d2bd5871d55843b20ddc7849fba480820a60830593fcecdc67a8500d1c5a530838018bfac3634927062c1f22a77d4d491de821674b06ad629c66bf7921e9d2b70fcf2417fa4c8ea22186ff0cb85c745131515a2ce3cb409e84aa5bf767e816bd1bf5f96a347eecc4fdbf95111e0aebd6dde1277448c91d9b8d2a9e512ae21e9ceceb5e4952e9d58d5135e994474c496ef667ad6ebb01a3e655dfde548ef7129dc9c7d78311c9c128754b1dcaa27d36c"
      ],
      [
        "sha1",
        {
          "padding": 6,
          "saltLength": -1
        },
        "35fefadcece85c2a190cd19c24de334cf041dfa85f8f0da3b500fc04c143bcce0b7a3fb08681e873f03ca4e9de37796d7e37b5ddf5fed63ac8557865597fff49672d4f3077ef2c977f656c469614f96c555726b378eec9b095905cd2eb3bee0c73028b11c65629836c8585f53a62575524d6683d19caf2e0ffc9409b86fc81f311f38343eb1f96dd00d140587edd349dbac3c36f7af147e5060d5248f11daf5264fc2734356ad3236c13a42570c860714c7b1ce3fb7d7bb859d44c515f6db738003758ab22e4584ead680bdca978fa21a5bb98bb10078612a977a59a08233b3e5966e97b837fa6a225e9a81c7c650d2872b5f82d6b7534c3bb390703140f20b3"
      ],
      [
        "sha384",
        {
          "padding": 6,
          "saltLength": 10
        },
        "3ecb418dc2d1e2e196d9d90385157932a9a2ce3dcfaf3d7f340fea49f35a0f979fa845cad20263e49b6ff5803206c39b44798a88a120ce6ac48f5e28edf6ad645de345b61e3170c6bacc930adf0688b8db5fa4731b03d98447c86ed52683a457c29f2c1eb4879884aa28eb0260235696e1b653e946b3db346cac962f50fe85fc20f9e8410aba4a4438bfd1d13593db56b24735eb3fdbdedea0fa7c98335865c81249eb0bcefef0c56b946cb859074461232eca5be97f8d170f961da3936c30a9c8060b090fe23b2d0f093f765b452e1dd36c49084c7065117d7eb822f9e59808c0717237824809cddc7d49219a435b680679fe1cf6cff6206df2f1e083b2ad1e"
      ]
    ]
  },
  "p256": {
    "type": "ec",
    "pem": "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg2qpzFBaSYfzYLFoJ\njg+Bii3Qq9bsERgKUJ2XnlL4Z8+hRANCAARYrCgqW+soIay3yX3F9eDHx40UODul\nkC3iAAZVZzbo7HPHyAxWtFoWd05poLN09RKjm9QpNdpJb80i5K9iXEFB\n-----END PRIVATE KEY-----\n",
    "pub": "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEWKwoKlvrKCGst8l9xfXgx8eNFDg7\npZAt4gAGVWc26Oxzx8gMVrRaFndOaaCzdPUSo5vUKTXaSW/NIuSvYlxBQQ==\n-----END PUBLIC KEY-----\n",
    "sig": [
      [
        "sha256",
        {},
        "304402200b33020c1e5b0b9a012335ce1f1df86978352f3f62bcfd3c28e6939be97bdb9102202a8959b4d1fc82d453c0bbc60d792a09bd0c2f729ef9085ec24ef1ac90852364"
      ],
      [
        "sha512",
        {
          "dsaEncoding": "ieee-p1363"
        },
        "1a8ddbd4b1f48ecd668678cfcfb550c42e7307048ed7fb4c010f5d2d74731471352c25d5b928da24f80934e99ce7e3b7a800388ceb4a2b0af73127777fab8da0"
      ]
    ]
  },
  "p521": {
    "type": "ec",
    "pem": "-----BEGIN PRIVATE KEY-----\nMIHuAgEAMBAGByqGSM49AgEGBSuBBAAjBIHWMIHTAgEBBEIBPgM51/NJSxGaD7cL\nypOs8CUVAoI0+sUH8x7bqhwGTDTeLYV/SpxYIVmSW8q1QpUQkIhn+bzio7vI54y7\nJN3IOEyhgYkDgYYABACflifU13Vaib1nK+NcJ0XAIamPEzzx6Z0c36c5P1gHbwHI\neZWx2L0zX1L9Sd4oFrJF/6NGUbnfyUccY0y3OHVZ/AAazIPD6AmDg172/H622unX\njLs0izOcSGIG73XGHC9FIzogQFxCq8yWR4THKlBvQqLJkyCfo1VP5wel9SPvLGxD\nSw==\n-----END PRIVATE KEY-----\n",
    "pub": "-----BEGIN PUBLIC KEY-----\nMIGbMBAGByqGSM49AgEGBSuBBAAjA4GGAAQAn5Yn1Nd1Wom9ZyvjXCdFwCGpjxM8\n8emdHN+nOT9YB28ByHmVsdi9M19S/UneKBayRf+jRlG538lHHGNMtzh1WfwAGsyD\nw+gJg4Ne9vx+ttrp14y7NIsznEhiBu91xhwvRSM6IEBcQqvMlkeExypQb0KiyZMg\nn6NVT+cHpfUj7yxsQ0s=\n-----END PUBLIC KEY-----\n",
    "sig": [
      [
        "sha512",
        {},
        "308187024125596bd8a388254e34624e2036c4cc8bd51b4c887340832098932ef851a9aaaae7ef1d4ccf9a80264ddc62e0b9cf0aee5324a8689f57d621166d9de300163e4cde024201e40e7e5f261d7e350042024a6728cc4da40b45f554b3435af4298160f0332e3e244e5ed1eca8320601345c6afffda73d6ac1e7454e884fea8e5a5dab56e8eea34f"
      ],
      [
        "sha1",
        {},
        "308188024200c6e03a3687e320b6020e844f60283a377e269618810c978fcb65e827a6739906e27dd5586cc24fcb6ebe41cce4340db1cdf45d00f72318cfa23c708119ac9936e40242011ada26d3c822120186a3608ab3a49c6d26d2402862c5bdaabc759d1832a757b0de810c675c3ab745059156cf4b7d726716283ceb709d21de8e767e03b381b49310"
      ]
    ]
  },
  "ed": {
    "type": "ed25519",
    "pem": "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIOU4rS/NfSHzpBbZ4whfiARtlS9GZ3K8afraBDw7+jyX\n-----END PRIVATE KEY-----\n",
    "pub": "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAwwGGb98jvU+pJ8LgSAxG7vL/Ih/csiCE2gWZIRSQ+i8=\n-----END PUBLIC KEY-----\n",
    "sig": [
      [
        null,
        {},
        "2c35edb5b5d95ff865cb623d32a4a04388de76e698c2e1dff48c3cd49b3ac2a1effd1fbb1d0eb4e5433524e469d6fe1d461c933e866c621262909716b63a1207"
      ]
    ]
  }
};
const ENCRYPTED = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAjm+t3szp2o9gICCAAw\nDAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEL38BbYubiFsp64vPK/37vMEgZAM\nNmWcFFtZw3e6y6i4T/slyoEqkg/9zeHoBGe6UYLozIWwijGJ1HiZnpI6YtFzbfkV\nyMz4O7DvfDv2nAPAFTwWsr2r/0iuHbIuE0Dv7bWDvbWPhQL4jgB6f6rXhfngqBlb\n6ZisUbw8ra6Z2oRFFPpb3ruNlVWh4loRwn+75fB+jqH4rc4LpqNvyPERk3iBttA=\n-----END ENCRYPTED PRIVATE KEY-----\n";
const CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIC+TCCAeGgAwIBAgIUQ0XCqy13mMKkGPT+Is4KhDtODegwDQYJKoZIhvcNAQEL\nBQAwDDEKMAgGA1UEAwwBeDAeFw0yNjExMjYxMDI3MTVaFw0zNjExMjMxMDI3MTVa\nMAwxCjAIBgNVBAMMAXgwggEiMA0GCSqGSIb3DQEBAQUAA4IBDwAwggEKAoIBAQCT\nVFDk1aykEFsCk0yL1NRBgbrj697QHB4z0wWc/fc5CsGSlM4gVjLYuDPmJq5K5hNb\nJ5/6lXEDuM+dDXBMiyOOfTgh6KIzNbI8YBj8KLr+n+DScLgoxoKXWMqCgYrEXyqa\nR7aKOXdiYa8HrIDPQ5wJVnKq3Py+WB/vCRIaQUf2HCgHMaaC7dOT2b26K8NY6fAZ\n9WpabgYWDNz3TyOBx2ZzuFgBbwlHISMoL0pe1mzPidYoE1ND/yNujd4l1QEQgZnd\nhA9dzVyiGkp2uptmAgZBHbAQBoeGjLnlGRo+yYWygpcaDsebxyeaQAn6VuX5ERx9\nHaAntQrga6oHjRAmyNSTAgMBAAGjUzBRMB0GA1UdDgQWBBTqqsJawEYVZtqzBo/p\nFyqFlbybeTAfBgNVHSMEGDAWgBTqqsJawEYVZtqzBo/pFyqFlbybeTAPBgNVHRMB\nAf8EBTADAQH/MA0GCSqGSIb3DQEBCwUAA4IBAQBRapMFsZvtBLvctufPtZe73TLZ\n9pwyd066Tpy5numgelscUJ3FdrTk471xCTt9RXj2cVh9Frw6uaezZ9OY+b8wQ6q2\nCrwfdnQ89BJoUHiQ7jk7/U+i4d1A133dxVQAmXKN764ej/x6Wf0uCpqw1W3oGbl4\nwTtLbfBgMFggYe2onNxjeltek1ClIwy2+3TnHJIpAWKBsauGgE2yF9R0nfZtmaSZ\nCBXKNWCTZfCqk9GRX8A5ryJOF6fpG12B3Fpz05PYwiRLoDi7ol54UxnNzCShDZLD\nMo6s0/l3WwcrmOeN++rymt++NTwm/f8s5bxIm6rDslmQUib6L6nntWwSX+x9\n-----END CERTIFICATE-----\n";
const OAEP = "535f2783ed0405eef00e61f13bb096636913af5a7ff9061b763f641d889a4d04ba73903552decfa559db28645707625bd709d39ccf11335557467100429dfb7b854ded3ef126ffa7f932191be61b445c03fc3222a525ad9bd8ed0c75a6225605776e0ee0a1e28601b1b343db671b70689c95e50c0cc3d7c129d116b73f01be3c323936ded00ba30e60da8ca6082ba604b136de759bca55f933f5f63df24f4fe7a059833c8a1e5905707375e5e9bce8d8e3f90992db9e033555d340c774c67883bdb3bd7f7fb32615f7558c18e4744f03442b5c08747c474f836e1722f4d8c52924f52dbc2791a9819c6ff1e79a658d4491cb018d5a71bf66c46a6ba24c5c4017";
const ECDH = ["ccc07948c8a462bb625228c29699b3ad459011e1f3f9888bd56f6ed4cbee5230", "04a67fd86c07e2c9edaa4b7d4842eb9412a3a2a8217709cb78d932a4758b63cdf386e4b3a2c6922346b3edff910e99f038a16e0a5871e4a03d7b198be44e495a4f", "13563ba5599d31c7e7f912f9fd3ad88ea740d6728d60426ba2dd4b690f78f5ae", "021387c9ae585d57363299f34aa29a4df0ae10d658f5023169e485978ed3704a67"];

const wrong: string[] = [];
function check(what: string, holds: boolean): void {
  if (!holds) wrong.push(what);
}
function code(attempt: () => unknown): string {
  try {
    attempt();
    return 'none';
  } catch (error) {
    return (error as any).code;
  }
}

function hashes(): void {
  for (const [name, expected] of Object.entries(HASHES)) check(name, crypto.createHash(name).update('a').update('bc').digest('hex') === expected);
  for (const [name, expected] of Object.entries(HMACS)) check(`HMAC ${name}`, crypto.createHmac(name, 'key').update('abc').digest('base64') === expected);
  const hash = crypto.createHash('sha256').update('a');
  check('copy', hash.copy().update('b').digest().equals(crypto.createHash('sha256').update('ab').digest()));
  hash.digest();
  check('spent', code(() => hash.update('x')) === 'ERR_CRYPTO_HASH_FINALIZED');
  check('equal', crypto.timingSafeEqual(Buffer.from('a'), Buffer.from('a')) && !crypto.timingSafeEqual(Buffer.from('a'), Buffer.from('b')));
  check('lengths', code(() => crypto.timingSafeEqual(Buffer.from('a'), Buffer.from('ab'))) === 'ERR_CRYPTO_TIMING_SAFE_EQUAL_LENGTH');
}

function ciphers(): void {
  for (const [name, key, iv, expected, tag] of CIPHERS) {
    const options: any = tag === undefined || tag === null ? undefined : { authTagLength: 16 };
    const args = [name, Buffer.from(key, 'hex'), iv === null ? null : Buffer.from(iv, 'hex'), options] as const;
    const cipher: any = crypto.createCipheriv(...args);
    if (options) cipher.setAAD(Buffer.from('aad'));
    const encrypted = cipher.update('hello ', 'utf8', 'hex') + cipher.update('world, this is a longer message', 'utf8', 'hex') + cipher.final('hex');
    check(name, encrypted === expected && (!options || cipher.getAuthTag().toString('hex') === tag));
    const decipher: any = crypto.createDecipheriv(...args);
    if (options) decipher.setAAD(Buffer.from('aad')).setAuthTag(Buffer.from(tag!, 'hex'));
    const plain = decipher.update(expected.slice(0, 20), 'hex', 'utf8') + decipher.update(expected.slice(20), 'hex', 'utf8') + decipher.final('utf8');
    check(`${name} back`, plain === 'hello world, this is a longer message');
  }
}

function keys(): void {
  const message = Buffer.from('message');
  for (const [name, { type, pem, pub, sig }] of Object.entries(KEYS)) {
    const own = crypto.createPrivateKey(pem);
    const known = crypto.createPublicKey(pub);
    check(`${name} type`, own.asymmetricKeyType === type);
    check(`${name} forms`, own.export({ type: 'pkcs8', format: 'pem' }) === pem && known.export({ type: 'spki', format: 'pem' }) === pub);
    check(`${name} halves`, crypto.createPublicKey(own).equals(known));
    check(`${name} jwk`, crypto.createPrivateKey({ key: own.export({ format: 'jwk' }), format: 'jwk' }).equals(own));
    for (const [algorithm, options, signature] of sig) {
      check(`${name} ${algorithm} verifies`, crypto.verify(algorithm, message, { key: known, ...options }, Buffer.from(signature, 'hex')));
      const mine = crypto.sign(algorithm, message, { key: own, ...options });
      check(`${name} ${algorithm} signs`, crypto.verify(algorithm, message, { key: pub, ...options }, mine));
      check(`${name} ${algorithm} refuses`, !crypto.verify(algorithm, Buffer.from('other'), { key: pub, ...options }, mine));
    }
  }
  check('createSign', crypto.createVerify('sha256').update('x').verify(KEYS.rsa.pub, crypto.createSign('RSA-SHA256').update('x').sign(KEYS.rsa.pem, 'base64'), 'base64'));
  check('certificate', crypto.createPublicKey(CERTIFICATE).equals(crypto.createPublicKey(KEYS.rsa.pub)));
  check('passphrase', crypto.createPrivateKey({ key: ENCRYPTED, passphrase: 'pass' }).equals(crypto.createPrivateKey(KEYS.p256.pem)));
  check('OAEP', crypto.privateDecrypt(KEYS.rsa.pem, Buffer.from(OAEP, 'hex')).toString() === 'secret');
  check('PKCS1', code(() => crypto.privateDecrypt({ key: KEYS.rsa.pem, padding: 1 }, Buffer.alloc(256))) === 'ERR_INVALID_ARG_VALUE');
  const ecdh = crypto.createECDH('prime256v1');
  ecdh.setPrivateKey(ECDH[0], 'hex');
  check('ECDH', ecdh.computeSecret(ECDH[1], 'hex', 'hex') === ECDH[2] && ecdh.getPublicKey('hex', 'compressed') === ECDH[3]);
}

async function made(): Promise<void> {
  const pair = crypto.generateKeyPairSync('rsa', {
    modulusLength: 2048, publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  check('RSA', crypto.createPublicKey(pair.privateKey).equals(crypto.createPublicKey(pair.publicKey)));
  const [mine, theirs] = [1, 2].map(() => crypto.generateKeyPairSync('x25519'));
  const secrets = [[mine, theirs], [theirs, mine]].map(([own, other]) => crypto.diffieHellman({ privateKey: own.privateKey, publicKey: other.publicKey }));
  check('X25519', secrets[0].equals(secrets[1]));
  const derived = await new Promise<any>((resolve) => crypto.pbkdf2('p', 's', 1000, 40, 'sha512', (error, key) => resolve(error ?? key.toString('hex'))));
  check('pbkdf2', derived === "e3d368e7e1f1214acb9fa2029ace9e81e5cd196e4cab06812a1fa6b5cde2f0a7560c8c4244d4776c" && derived === crypto.pbkdf2Sync('p', 's', 1000, 40, 'sha512').toString('hex'));
  check('scrypt', crypto.scryptSync('p', 's', 40).toString('hex') === "4329787752e75d1de359a05806e492d4f2062fa48c50403a9cbc5db3712328c7dd5452e196f9dc0f");
  check('hkdf', Buffer.from(crypto.hkdfSync('sha256', 'k', 's', 'i', 50)).toString('hex') === "02b0929a9d46e9236e23320ea2a8c3b46b410a54f1d138fb3a26f1792fecdf1e5221a02bec21c10d7fe6367eae2629c8042b");
  check('random', crypto.randomBytes(8).length === 8 && crypto.randomInt(3, 4) === 3 && crypto.randomUUID().length === 36);
}

export async function handler(): Promise<Response> {
  hashes();
  ciphers();
  keys();
  await made();
  return Response.json({ wrong });
}
