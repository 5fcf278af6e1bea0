/// One thing that can be wrong with a model file; `Doctor.checks` lists all.
///
/// A check takes whatever the file holds: it is for files that nothing else can read.
protocol FileCheck: SendableMetatype {
  /// What is wrong, if anything.
  static func findings(in examination: Examination) -> [Finding]
  /// Whether the check takes a tensor that is missing for one that the model never had: it is left out
  /// for a file that is cut off.
  static var needsAllTensors: Bool { get }
}

extension FileCheck {
  static var needsAllTensors: Bool { false }
}
