/// Everything that a program needs to load a Phi model and stream text:
///
///     let model = try Model(path: "models/phi.gguf")
///     let session = try Session(model)
///     let logits = try session.append(model.tokenizer.encode("Once upon a time"))
///     let sampler = try Sampler(SamplingOptions(), vocabularySize: model.vocabularySize)
///     for try await piece in Generation(session, logits: logits, sampler: sampler) {
///       print(piece.text, terminator: "")
///     }
@_exported import ChatTemplates
@_exported import GGUF
@_exported import Inference
@_exported import Quantization
@_exported import Tokenization
@_exported import Verification
