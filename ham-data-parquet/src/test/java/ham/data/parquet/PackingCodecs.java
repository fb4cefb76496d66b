package ham.data.parquet;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.zip.GZIPOutputStream;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.xerial.snappy.Snappy;

/** Packs the pages of the tests' files. */
final class PackingCodecs implements CompressionCodecFactory {
    @Override
    public BytesInputCompressor getCompressor(CompressionCodecName name) {
        return new BytesInputCompressor() {
            @Override
            public BytesInput compress(BytesInput bytes) throws IOException {
                ByteArrayOutputStream copy = new ByteArrayOutputStream();
                bytes.writeAllTo(copy);
                byte[] plain = copy.toByteArray();
                return switch (name) {
                    case SNAPPY -> BytesInput.from(Snappy.compress(plain));
                    case ZSTD -> BytesInput.from(Zstd.compress(plain));
                    case GZIP -> {
                        ByteArrayOutputStream packed = new ByteArrayOutputStream();
                        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
                            gzip.write(plain);
                        }
                        yield BytesInput.from(packed.toByteArray());
                    }
                    default -> BytesInput.from(plain);
                };
            }

            @Override
            public CompressionCodecName getCodecName() {
                return name;
            }

            @Override
            public void release() {}
        };
    }

    @Override
    public BytesInputDecompressor getDecompressor(CompressionCodecName name) {
        throw new UnsupportedOperationException("nothing is read");
    }

    @Override
    public void release() {}
}
