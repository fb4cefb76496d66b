package ham.merge.peft;

/** PEFT's {@code bias}: which biases of the base model were trained along, and so are in the file with their full values. */
enum BiasTraining {
    NONE,
    /** Every bias of the model. */
    ALL,
    /** The biases of the adapted layers. */
    LORA_ONLY
}
