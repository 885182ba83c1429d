import { GetObjectCommand, ListObjectsV2Command, NoSuchKey, PutObjectCommand, S3Client } from "npm:@aws-sdk/client-s3@3.1175.0";
import { getSignedUrl } from "npm:@aws-sdk/s3-request-presigner@3.1169.0";

export default async () => {
  const s3 = new S3Client({
    region: "auto",
    endpoint: process.env.UPSTREAM,
    forcePathStyle: true,
    credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" },
    maxAttempts: 1,
  });
  const put = await s3.send(new PutObjectCommand({ Bucket: "bucket", Key: "dir/a b.txt", Body: "hello", ContentType: "text/plain", Metadata: { owner: "me" } }));
  const got = await s3.send(new GetObjectCommand({ Bucket: "bucket", Key: "dir/a b.txt" }));
  const list = await s3.send(new ListObjectsV2Command({ Bucket: "bucket", Prefix: "dir/", MaxKeys: 2 }));
  const missing = await s3.send(new GetObjectCommand({ Bucket: "bucket", Key: "none" })).catch((error) => error);
  const signed = new URL(await getSignedUrl(s3, new GetObjectCommand({ Bucket: "bucket", Key: "a.txt" }), { expiresIn: 60 }));
  return Response.json({
    put: put.ETag,
    got: [await got.Body!.transformToString(), got.ContentType, got.LastModified],
    list: list.Contents?.map(({ Key, Size, LastModified }) => [Key, Size, LastModified]),
    missing: [missing instanceof NoSuchKey, missing.name, missing.$metadata.httpStatusCode],
    signed: [signed.pathname, signed.searchParams.get("X-Amz-Expires"), signed.searchParams.get("X-Amz-Signature")?.length],
  });
};
