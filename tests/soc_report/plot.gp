# SPDX-License-Identifier: Apache-2.0
# gnuplot -e "curves='curves.csv'; out='docs/soc.png'" tests/soc_report/plot.gp
set encoding utf8
set terminal pngcairo size 1200,900 font "sans,10"
set output out
set datafile separator ","
set multiplot layout 2,2
set xlabel "hours"
set ylabel "charge, %"
set yrange [0:100]
set key bottom left
set style fill solid 0.3 noborder
do for [k=1:4] {
    name = word("P25 P05 P35 N15", k)
    set title sprintf("%s, begun at 70 %% and told 40 %%, current wrong by +1 %% of 1C", word("25°C 5°C 35°C -15°C", k))
    file = sprintf("< awk -F, '$1==\"%s\" && $3>-30.5 && $3<-29.5 && $4==1 {if ($2!=last) on = $6>69 && $6<71; last=$2; if (on) print}' %s", name, curves)
    plot file using ($5/3600):8:9 with filledcurves lc rgb "#4080c0" title "interval", \
         file using ($5/3600):6 with lines lc rgb "black" lw 2 title "reference", \
         file using ($5/3600):7 with lines lc rgb "#2060c0" lw 2 title "Hearth", \
         file using ($5/3600):10 with lines lc rgb "#c06000" dt 2 title "counting", \
         file using ($5/3600):11 with lines lc rgb "#208020" dt 3 title "plain EKF"
}
