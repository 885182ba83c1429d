const date = /(?<y>\d+)-(?<m>\d+)|(?<m>\d+)\/(?<y>\d+)/;
