package emulator

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// SwitchName describes a field of [Switches] for flags and help.
type SwitchName struct {
	// Name is that of the field in lower case with hyphens, such as
	// oldest-first.
	Name string
	// Takes is what may follow after =: the values of an enumeration with |
	// between them, or number, duration or text. It is empty for a switch
	// that is on or off.
	Takes string
	// Says is a sentence or two about what the switch does.
	Says string
}

// SwitchNames are all switches, in the order of the fields of [Switches].
func SwitchNames() []SwitchName {
	fields := reflect.TypeFor[Switches]()
	names := make([]SwitchName, fields.NumField())
	for n := range names {
		field := fields.Field(n)
		names[n] = SwitchName{switchName(field.Name), takes(field.Type), switchSays[field.Name]}
	}
	return names
}

// word is a part of the name of a field.
var word = regexp.MustCompile(`IDs|DLQ|ID|IP|URL|[0-9]+|[A-Z][a-z]*`)

func switchName(field string) string {
	return strings.ToLower(strings.Join(word.FindAllString(field, -1), "-"))
}

// enumeration is a type whose values have names, in their order.
type enumeration interface{ names() []string }

var durationType = reflect.TypeFor[time.Duration]()

func takes(kind reflect.Type) string {
	if values, enumerated := reflect.Zero(kind).Interface().(enumeration); enumerated {
		return strings.Join(values.names(), "|")
	}
	switch {
	case kind.Kind() == reflect.Bool:
		return ""
	case kind == durationType:
		return "duration"
	case kind.Kind() == reflect.Int:
		return "number"
	default:
		return "text"
	}
}

// ParseSwitch reads a switch from its name: oldest-first, last-cursor=null,
// dlq-lag=10s. It returns what sets it.
func ParseSwitch(text string) (func(*Switches), error) {
	name, value, given := strings.Cut(text, "=")
	known := SwitchNames()
	index := slices.IndexFunc(known, func(s SwitchName) bool { return s.Name == name })
	if index < 0 {
		return nil, fmt.Errorf("there is no switch %q", name)
	}
	if what := known[index].Takes; what != "" && !given {
		return nil, fmt.Errorf("the switch %s needs a value: %s=%s", name, name, what)
	}
	field := reflect.New(reflect.TypeFor[Switches]().Field(index).Type).Elem()
	if given {
		if err := setSwitch(field, value); err != nil {
			return nil, fmt.Errorf("the switch %s is %q: %w", name, value, err)
		}
	} else {
		field.SetBool(true)
	}
	return func(s *Switches) { reflect.ValueOf(s).Elem().Field(index).Set(field) }, nil
}

func setSwitch(field reflect.Value, value string) error {
	if values, enumerated := field.Interface().(enumeration); enumerated {
		index := slices.Index(values.names(), value)
		if index < 0 {
			return fmt.Errorf("it takes %s", strings.Join(values.names(), ", "))
		}
		field.SetInt(int64(index))
		return nil
	}
	switch takes(field.Type()) {
	case "":
		on, err := strconv.ParseBool(value)
		if err != nil {
			return fmt.Errorf("it takes true or false")
		}
		field.SetBool(on)
	case "duration":
		duration, err := time.ParseDuration(value)
		if err != nil || duration < 0 {
			return fmt.Errorf("it takes a duration, such as 10s")
		}
		field.SetInt(int64(duration))
	case "number":
		number, err := strconv.ParseInt(value, 10, 64)
		if err != nil || number < 0 {
			return fmt.Errorf("it takes a number")
		}
		field.SetInt(number)
	default:
		field.SetString(value)
	}
	return nil
}
