/// The LongRoPE factors that models were published with: `rope_scaling` of their `config.json`.
struct PublishedFactors: Sendable {
  /// The model.
  let name: String
  let short: [Float]
  let long: [Float]

  /// Where factors differ from the set that they plainly are, but for a few.
  ///
  /// - Parameters:
  ///   - factors: What a file has.
  ///   - isLong: Which of the two sets it is.
  /// - Returns: The model, the first place and what belongs there; nil if no set is that near, or
  ///   there is no difference.
  static func difference(
    of factors: [Float], isLong: Bool
  ) -> (name: String, place: Int, expected: Float)? {
    for model in all {
      let expected = isLong ? model.long : model.short
      guard expected.count == factors.count else { continue }
      let places = factors.indices.filter {
        !(abs(factors[$0] - expected[$0]) <= 1e-3 * expected[$0])
      }
      if places.isEmpty { return nil }
      // All ones are short factors of other models as well.
      if places.count * 5 <= factors.count, let place = places.first,
        Set(expected).count > 8 || Set(factors).count == 2
      {
        return (model.name, place, expected[place])
      }
    }
    return nil
  }

  private static let all = [
    PublishedFactors(
      name: "Phi-3.5-mini",
      short: [
        1, 1.02, 1.03, 1.03, 1.05, 1.05, 1.05, 1.05, 1.05, 1.07, 1.1, 1.11, 1.16, 1.16, 1.17, 1.29,
        1.34, 1.68, 1.79, 1.82, 1.85, 1.88, 1.91, 1.94, 1.99, 2.02, 2.02, 2.02, 2.02, 2.02, 2.02,
        2.03, 2.03, 2.03, 2.03, 2.03, 2.03, 2.03, 2.03, 2.03, 2.08, 2.09, 2.19, 2.22, 2.59, 2.73,
        2.75, 2.84,
      ],
      long: [
        1.08, 1.11, 1.14, 1.34, 1.59, 1.6, 1.62, 2.62, 3.23, 3.23, 4.79, 7.4, 7.7, 9.09, 12.2,
        17.67, 24.46, 28.57, 30.42, 30.84, 32.59, 32.93, 42.32, 44.96, 50.34, 50.45, 57.55, 57.93,
        58.21, 60.14, 62.61, 62.62, 62.71, 63.14, 63.14, 63.77, 63.93, 63.96, 63.97, 64.03, 64.07,
        64.08, 64.12, 64.41, 64.48, 64.51, 64.53, 64.84,
      ]),
    PublishedFactors(
      name: "Phi-4-mini", short: Array(repeating: 1, count: 48),
      long: [
        1, 1.118320672, 1.250641126, 1.398617824, 1.564103225, 1.74916897, 1.956131817,
        2.187582649, 2.446418898, 2.735880826, 3.059592084, 3.421605075, 3.826451687, 4.279200023,
        4.785517845, 5.351743533, 5.984965424, 6.693110555, 7.485043894, 8.370679318, 9.36110372,
        10.4687158, 11.70738129, 13.09260651, 14.64173252, 16.37415215, 18.31155283, 20.47818807,
        22.90118105, 25.61086418, 28.64115884, 32.03, 32.1, 32.13, 32.23, 32.6, 32.61, 32.64,
        32.66, 32.7, 32.71, 32.93, 32.97, 33.28, 33.49, 33.5, 44.16, 47.77,
      ]),
  ]
}
