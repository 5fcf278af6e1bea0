/// The scale with which codes `−levels…levels − 1` come closest to some values, weighted by their
/// squares: scales around the extreme value's are tried, each replaced by the least-squares fit to
/// the codes it gives, as in ggml's `make_qx_quants`.
func symmetricScale(_ values: UnsafePointer<Float>, count: Int, levels: Int) -> Float {
  let extreme = extreme(values, count)
  guard extreme != 0, extreme.isFinite else { return 0 }
  var best: Float = 0
  var bestGain: Float = 0
  for step in -9...9 {
    let inverse = -(Float(levels) + 0.1 * Float(step)) / extreme
    var dot: Float = 0
    var square: Float = 0
    for i in 0..<count {
      let code = Float(nearest(values[i] * inverse, -levels, levels - 1))
      let weight = values[i] * values[i]
      dot += weight * code * values[i]
      square += weight * code * code
    }
    if square > 0, dot * dot > bestGain * square {
      best = dot / square
      bestGain = dot * dot / square
    }
  }
  return best
}
