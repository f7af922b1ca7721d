import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.Scanner;
import org.HdrHistogram.Histogram;

/** Reads encoded histograms, one a line, with the reference library; prints count, maximum and percentiles of each. */
public class ReadHistograms {
    public static void main(String[] percentiles) throws Exception {
        Scanner lines = new Scanner(System.in);
        while (lines.hasNextLine()) {
            ByteBuffer bytes = ByteBuffer.wrap(Base64.getDecoder().decode(lines.nextLine().trim()));
            Histogram histogram = Histogram.decodeFromCompressedByteBuffer(bytes, 0);
            StringBuilder said = new StringBuilder();
            said.append(histogram.getTotalCount()).append(' ').append(histogram.getMaxValue());
            for (String percentile : percentiles)
                said.append(' ').append(histogram.getValueAtPercentile(Double.parseDouble(percentile)));
            System.out.println(said);
        }
    }
}
