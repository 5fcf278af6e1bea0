extension ScalarClass {
  /// The classes of all scalars from U+0000 on, as runs.
  ///
  /// A run is a letter for the class, and how many scalars it goes on for if more than one: `U`
  /// upper, `l` lower, `o` other letters, `m` marks, `n` numbers, `s` white space, `-` the rest.
  /// After the last run all is rest.
  ///
  /// Made by `scripts/make-scalar-classes` from the expressions of tokenizers 0.23.3
  /// (Unicode 16).
  static let runs: StaticString = """
    -9s5-18s-15n10-7U26-6l26-10s-26s-9o-7n2-l-3no-n3-U23-U7l24-l8UlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlU\
    lUlUlUlUlUlUlUlUlUlUlUl2UlUlUlUlUlUlUlUl2UlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlU2lUlU\
    l3U2lUlU2lU3l2U4lU2lU3l3U2lU2lUlUlU2lUl2UlU2lU3lUlU2l2oUl3o4U2lU2lU2lUlUlUlUlUlUlUlUl2UlUlUlUl\
    UlUlUlUlUl2U2lUlU3lUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUl7U2lU2l2UlU4lUlUl\
    UlUl69ol27o18-4o12-14o5-7o-o-17m112UlUlo-Ul-2ol3-U-6U-U3-U-U2lU17-U9l35Ul2U3l3UlUlUlUlUlUlUlUl\
    UlUlUlUl5Ul-UlU2l2U51l48UlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUl-m7UlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlU\
    lUlUlUlUlUlUlUlUlUlUlU2lUlUlUlUlUlUl2UlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlU\
    lUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUl-U38-2o-6l41-8m45-m-m2-m2-m-8o27-4o4-29m11-5o43m21n10-4\
    o2mo99-om7-2m6o2m2-m4o2n10o3-2o-16omo30m27-2o89m11o-14n10o33m9o2-4o-2m-2o22m4om9om3om5-18o25m3\
    -4o11-5o24-o6-8m9o42m24-m33o54m3om18om7o10m2-2n10-o16m3-o8-2o2-2o22-o7-o-3o4-2mom7-2m2-2m3o-8m\
    -4o2-o3m2-2n10o2-2n6-2o-m-2m3-o6-4o2-2o22-o7-o2-o2-o2-2m-m5-4m2-2m3-3m-7o4-o-7n10m2o3m-11m3-o9\
    -o3-o22-o7-o2-o5-2mom8-m3-m3-2o-15o2m2-2n10-9om6-m3-o8-2o2-2o22-o7-o2-o5-2mom7-2m2-2m3-7m3-4o2\
    -o3m2-2n10-on6-10mo-o6-3o3-o4-3o2-o-o2-3o2-3o3-3o12-4m5-3m3-m4-2o-6m-14n13-13m5o8-o3-o23-o16-2\
    mom7-m3-m4-7m2-o3-2o-2o2m2-2n10-8n7-om3-o8-o3-o23-o10-o5-2mom7-m3-m4-7m2-6o2-o2m2-2n10-o2m-12\
    m4o9-o3-o41m2om7-m3-m4o-5o3mn7o3m2-2n19-o6-m3-o18-3o24-o9-o-2o7-3m-4m6-m-m8-6n10-2m2-13o48mo2\
    m7-5o7m8-n10-39o2-o-o5-o24-o-o10mo2m9o-2o5-o-m7-n10-2o4-32o-23m2-6n20-m-m-m-4m2o8-o36-4m20-m2\
    o5m11-m36-9m-57o43m20on10-6o6m4o4m3om3o2m7o3m4o13m12omn10m4-2U38-U-5U-2l43-ol3o329-o4-2o7-o-o4\
    -2o41-o4-2o33-o4-2o7-o-o4-2o15-o57-o4-2o67-2m3-9n20-3o16-16U86-2l6-3o620-2o17so26-5o75-3n3o8-7\
    o18m4-9o19m3-11o18m2-12o13-o3-m2-12o52m32-3o-4om-2n10-6n10-17m3-mn10-6o89-7o5m2o34mo-5o70-10\
    o31-m12-4m12-10n10o30-2o5-11o44-4o26-6n11-37o23m5-4o53m10-m29-2mn10-6n10-13o-8m31-49m5o47m17o8\
    -3n10-17m9-12m3o30m13o2n10o44m14-12o36m20-8n10-3o3n10o36-2l9Ul-5U43-2U3-16m3-m21o4mo6mo2m3o-5\
    l44o63l13ol34o37m64UlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlU\
    lUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUl9UlUlUlUlUlUlUlUlUl\
    UlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUl9U8l6-2U6-2l8\
    U8l8U8l6-2U6-2l8-U-U-U-Ul8U8l14-2l8U8l8U8l8U8l5-l2U5-l-3l3-l2U5-3l4-2l2U4-4l8U5-5l3-l2U5-3s11\
    -29s2-5s-47s-16no-2n6-5on10-6o13-51m33-17U-4U-2lU3l2U3l-U-3U5-6U-U-U-U4-lU4lo4l-2l2U2-5Ul4-4l-\
    n51Uln5-726n60-78n22-630n30-1132U48l48UlU3l2UlUlUlU4lUl2Ul6o2U3lUlUlUlUlUlUlUlUlUlUlUlUlUlUlUl\
    UlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUl2-6UlUlm3Ul-9n-2l38-l-5l-2\
    o56-7o-15mo23-9o7-o7-o7-o7-o7-o7-o7-o7-m32-47o-464s-4o2n-25n9m6-o5-2n3o2-4o86-2m2-2o3-o90-o4-5\
    o43-o94-3n4-10o32-48o16-32n10-30n8-n15-32n10-39n15-320o6592-64o22157-67o46-2o269-3o16n10o2-20U\
    lUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlom4-m10-oUlUlUlUlUlUlUlUlUlUlUlUlUlUlo2m2o70n10m2\
    -37o9-2UlUlUlUlUlUlUl3UlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlUlol8UlUlU2l\
    UlUlUlUlo-2UlUloUlUl3UlUlUlUlUlUlUlUlUlUlU5lU5lUlUlUlUlUlUlUlU4lUlU2l-2Ul-l-lUlUlUlU-21o3Ulo3l\
    o7mo3mo4mo23m5-4m-3n6-10o52-12m2o50m18-10n10-6m18o6-3o-o2mn10o28m8-2o23m13-12o29-3m4o47m14-14o\
    n10-6o5mo10n10o5-o41m14-9o3mo8m2-2n10-6o23-3om3o50mom3o2m2o5m2omo-24o3-2o11m5-2o3m2-10o6-2o6-2\
    o6-9o7-o7-l43-o4l9o-6l80o35m8-m2-2n10-6o11172-12o23-4o49-8452o366-2o106-38l7-12l5-5omo10-o13-\
    o5-o-o2-o2-o108-33o363-18o64-2o54-40o12-4m16-16m16-64o5-o135-19n10-7U26-6l26-11o89-3o6-2o6-2o6\
    -2o3-35o12-o26-o19-o2-o15-2o14-34o123-12n45-12n57-17n2-113m-130o29-3o49-15mn27-4o32n4-9o20no8n\
    -5o38m5-5o30-2o36-4o8-n5-42U40l40o78-2n10-6U36-4l36-4o40-8o52-12U11-U15-U7-U2-l11-l15-l7-l2-3\
    o52-12o311-9o22-10o8-24o6-o42-o9-69o6-2o-o44-o2-3o-2o23-2n8o23-2n7o31-8n9-48o19-o2-5n5o22n6-4\
    o26-70o56-4n2o2n16-2n46om3-m2-5m4o4-o3-o29-2m3-4mn9-23o29n2-o29n3-32o8-o28m2-4n5-16o54-10o22-2\
    n8o19-5n8o18-23n7-80o73-55U51-13l51-7n6o36m4-8n10-6n10o6U22-3m5-ol22-218n31-o42-m2-3o2-16o3-55\
    m4o29n10o-8o22m11n4-27o18m4-42o21n7-20o23-9m3o53m15-11n30mo2m2o-9m4o45m11-7m-13o25-7n10-6m3o36\
    m14-n10-4om2o-8o35m-2o-9m3o48m14o4-4m4-m2n10o-o-4n20-11o18-o25m12-6mo2m-62o7-o-o4-o15-o10-7o47\
    m12-5n10-6m4-o8-2o2-2o22-o7-o2-o5-m2om7-2m2-2m3-2o-6m-5o5m2-2m7-3m5-11o10-o-2o-o38-om9-m-2m-m4\
    -m5omo-13m2-29o53m18o4-5n10-4mo3-30o48m20o2-o-8n10-166o47m7-2m9-23o4m2-34o48m17-3o-11n10-38o43\
    m13o-7n10-6n20-28o27-2m15-4n12-4o7-185o44m15-101U32l32n19-12o8-2o-2o8-o2-o24m6-m2-2m4omom2-12\
    n10-70o8-2o39m7-2m7o-om-27om10o40m7om4-8m-8om11o46m16-3o-18o73-199o33-15n10-6o9-o37m8-m8o-15\
    n29-5o30-2m22-m14-73o7-o2-o38m6-3m-m2-m7om-8n10-6o6-o2-o32m5-m2-m5o-7n10-310o19m4-9m2omo13-o34\
    m7-3m5-13n10m-85o-15n21-43o922-102n111-17o196-2636o97-15o1072-16mo6m15-10o3995-5o583-6841o30\
    m18n10-1734o569-7o31-n10-6o79-n10-6o30-2m5-11o48m7-9o4-12n10-n7-o21-5o19-432o45-3n10-198U32l32\
    n23-105o75-4mom55-7m4o13-64o2-om-11m2-14o6136-8o1238-41o10-8935o4-o7-o2-o291-15o-29o3-2o-14o4\
    -8o396-2308o107-5o13-3o9-7o10-3m2-4177n10-518m46-2m23-542m5-3m6-8m8-2m7-30m4-148m3-123n20-12\
    n20-108n25-135U26l26U26l7-l18U26l26U-U2-2U-2U2-2U4-U8l4-l-l7-l11U26l26U2-U4-2U8-U7-l26U2-U4-U5\
    -U-3U7-l26U26l26U26l26U26l26U26l26U26l26U26l28-2U25-l25-l6U25-l25-l6U25-l25-l6U25-l25-l6U25-\
    l25-l6Ul-2n50-512m55-4m50-8m-14m-22m5-m15-1104l10ol20-6l6-213m7-m17-2m7-m2-m5-5o62-33m-112o45\
    -3m7o7-2n10-4o-321o30m-17o44m4n10-470o28m4n10-214o30m2on10-485o7-o4-o2-o15-o197-2n9m7-41U34l34\
    m7o-4n10-791n59-n3-n4-76n45-n15-194o4-o27-o2-o-2o-o10-o4-o-o-6o-4o-o-o-o3-o2-o-2o-o-o-o-o-o2-o\
    -2o4-o7-o4-o4-o-o10-o17-5o3-o5-o17-580n13-2787n10-1030o42720-32o4154-6o222-2o5762-14o7473-15\
    o622-2466o542-1506o4939-5o4192-712016m240
    """
}
