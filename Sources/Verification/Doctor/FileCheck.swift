/// One thing that can be wrong with a model file; `Doctor.checks` lists all.
///
/// A check takes whatever the file holds: it is for files that nothing else can read.
protocol FileCheck: SendableMetatype {
  /// What is wrong, if anything.
  static func findings(in examination: Examination) -> [Finding]
}
