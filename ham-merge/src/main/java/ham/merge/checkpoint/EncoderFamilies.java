package ham.merge.checkpoint;

import ham.merge.encoder.EncoderConfig;
import ham.merge.encoder.EncoderFamily;
import ham.merge.encoder.NamingScheme;
import ham.merge.encoder.beit.BeitFamily;
import ham.merge.encoder.bert.BertFamily;
import ham.merge.encoder.clip.ClipFamily;
import ham.merge.encoder.dinov2.Dinov2Family;
import ham.merge.encoder.dinov3.Dinov3Family;
import ham.merge.encoder.distilbert.DistilbertFamily;
import ham.merge.encoder.mpnet.MpnetFamily;
import ham.merge.encoder.roberta.RobertaFamily;
import ham.merge.encoder.siglip.SiglipFamily;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The families of encoders that ham knows beside the plain ViT: the one list that a new family is added to. */
public final class EncoderFamilies {
    /** Every family. */
    public static final List<EncoderFamily> ALL = List.of(
            Dinov2Family.FAMILY,
            Dinov3Family.FAMILY,
            ClipFamily.FAMILY,
            SiglipFamily.FAMILY,
            BertFamily.FAMILY,
            RobertaFamily.FAMILY,
            DistilbertFamily.FAMILY,
            MpnetFamily.FAMILY,
            BeitFamily.FAMILY);

    /** What the libraries call the parts of all models, the plain ViT's first. */
    static final List<NamingScheme> SCHEMES = Stream.concat(
                    Stream.of(NamingScheme.PUBLISHED, NamingScheme.RECENT, NamingScheme.TIMM),
                    ALL.stream().flatMap(family -> family.schemes().stream()))
            .toList();

    private EncoderFamilies() {}

    /** The family of a configuration; empty for a plain ViT, a DeiT, a ViT of timm, and what ham does not know. */
    static Optional<EncoderFamily> of(EncoderConfig config) {
        return ALL.stream().filter(family -> family.recognises(config)).findFirst();
    }
}
